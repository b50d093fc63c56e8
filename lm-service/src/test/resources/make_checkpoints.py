"""Small random checkpoints of every family with what Hugging Face transformers computes of them, in FAMILY/NAME.

    pip install torch==2.7.1 transformers==5.23.0
    python make_checkpoints.py

expected.json: two token sequences; {i}.{logits,ffn_input,ffn_output}.f32: float32, little-endian, one row a token, where
ffn_input is the input of the last layer's MLP and ffn_output the output of the last layer.
"""
import json
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig,
                          MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM)

HERE = Path(__file__).resolve().parent
VOCAB = 96
TOKENS = dict(vocab_size=VOCAB, bos_token_id=1, eos_token_id=2)
SMALL = dict(TOKENS, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=True)
GPT2 = dict(TOKENS, n_embd=32, n_layer=2, n_head=4, n_positions=64)
ROPE = dict(rope_theta=10000.0)
LLAMA = {
    "gqa": dict(num_attention_heads=6, num_key_value_heads=2, hidden_size=48),
    "mha-head-dim": dict(num_key_value_heads=4, head_dim=12, rope_parameters=dict(rope_type="default", rope_theta=500.0)),
    "llama3-rope": dict(max_position_embeddings=128, rope_parameters=dict(
        ROPE, rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)),
    "linear-rope": dict(rope_parameters=dict(ROPE, rope_type="linear", factor=2.5)),
    "dynamic-rope": dict(max_position_embeddings=16, rope_parameters=dict(ROPE, rope_type="dynamic", factor=4.0)),
    "untied": dict(tie_word_embeddings=False),
    "biases": dict(attention_bias=True, mlp_bias=True),
    "sharded": dict(),
    "bf16": dict(),
    "fp16": dict(),
}
MISTRAL = {
    "sliding": dict(sliding_window=8),
    "full": dict(sliding_window=None, head_dim=16, tie_word_embeddings=False),
}
QWEN2 = {
    "tied": dict(rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
    # the first two of three layers see everything, the last one a window
    "sliding": dict(num_hidden_layers=3, use_sliding_window=True, sliding_window=6, max_window_layers=2),
}
GPT2S = {
    "tied": dict(),
    "wide": dict(n_inner=80, scale_attn_by_inverse_layer_idx=True, layer_norm_epsilon=1e-3),
}


def tokenizer() -> Tokenizer:
    words = ["<unk>", "<s>", "</s>"] + [f"w{i}" for i in range(3, VOCAB)]
    made = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(words[:3])
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return made


def write(folder: Path, model: torch.nn.Module) -> None:
    name = folder.name
    with torch.no_grad():
        for p in model.parameters():  # larger than HF's initialisation, so that attention and norms matter
            p.copy_(torch.randn_like(p) * (0.25 if p.dim() == 2 else 0.2) + (1 if p.dim() == 1 else 0))
    dtype = dict(bf16=torch.bfloat16, fp16=torch.float16).get(name, torch.float32)
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder, max_shard_size="30KB" if name == "sharded" else "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<s>", "eos_token": {"content": "</s>"}}))

    # read again: a cast of the model rounds its rotary frequencies too
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    seen = {}
    last = (model.transformer.h if hasattr(model, "transformer") else model.model.layers)[-1]
    last.mlp.register_forward_pre_hook(lambda m, a: seen.update(ffn_input=a[0]))
    last.register_forward_hook(lambda m, a, o: seen.update(ffn_output=o[0] if isinstance(o, tuple) else o))
    sequences = [torch.randint(3, VOCAB, (n,)) for n in (37, 11)]
    # dynamic scaling remembers the longest sequence that it has seen: the short one must come first
    for i in (1, 0):
        with torch.no_grad():
            seen["logits"] = model(sequences[i][None]).logits
        for kind in ("logits", "ffn_input", "ffn_output"):
            (folder / f"{i}.{kind}.f32").write_bytes(seen[kind].reshape(len(sequences[i]), -1).numpy().astype("<f4").tobytes())
    (folder / "expected.json").write_text(json.dumps([s.tolist() for s in sequences]))


def write_family(family: str, config: type, model: type, defaults: dict, variants: dict) -> None:
    for seed, (name, changes) in enumerate(variants.items()):
        torch.manual_seed(seed)
        write(HERE / family / name, model(config(**{**defaults, **changes})).eval())


if __name__ == "__main__":
    write_family("llama", LlamaConfig, LlamaForCausalLM, SMALL, LLAMA)
    write_family("mistral", MistralConfig, MistralForCausalLM, SMALL, MISTRAL)
    write_family("qwen2", Qwen2Config, Qwen2ForCausalLM, SMALL, QWEN2)
    write_family("gpt2", GPT2Config, GPT2LMHeadModel, GPT2, GPT2S)
