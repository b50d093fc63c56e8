#!/usr/bin/env python3
"""Trains the tokenizer and the language model of the embedded default on build/train.txt (generate.py writes it).

    python3 train.py               # writes tinyfacts-2.8m/, a Hugging Face directory; see README.md for the packages

A Llama of 2.75 million parameters. Its hidden size of 192 is a multiple of the 64 parts of the product quantizer.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AttentionInterface, LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).resolve().parent
SEED = 1
WINDOW = 1024
BOUNDARY = "<|endoftext|>"  # first token of every document, so it also ends the one before


def train_tokenizer(documents):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        documents,
        trainers.BpeTrainer(
            vocab_size=4096,
            special_tokens=[BOUNDARY],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOUNDARY} $A", pair=f"{BOUNDARY} $A {BOUNDARY} $B", special_tokens=[(BOUNDARY, 0)]
    )
    return tokenizer


def grouped_causal_attention(module, query, key, value, mask, scaling, **ignored):
    """The model's own attention. Key heads are repeated because PyTorch's fused CPU kernel, 2.4 times as fast, wants that."""
    repeats = query.shape[1] // key.shape[1]
    key, value = (x.repeat_interleave(repeats, dim=1) for x in (key, value))
    mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True, scale=scaling)
    return mixed.transpose(1, 2).contiguous(), None


def new_model(vocabulary):
    AttentionInterface.register("grouped_causal", grouped_causal_attention)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=192,
            intermediate_size=512,
            num_hidden_layers=5,
            num_attention_heads=6,
            num_key_value_heads=2,
            head_dim=32,
            max_position_embeddings=WINDOW,
            rms_norm_eps=1e-5,
            rope_theta=10000.0,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=0,
            pad_token_id=0,
        )
    )
    model.set_attn_implementation("grouped_causal")
    return model


def windows(tokenizer, documents, order):
    """The documents in a random order, end to end, cut into rows of WINDOW + 1 tokens."""
    ids = [encoding.ids for encoding in tokenizer.encode_batch(documents)]
    stream = np.concatenate([np.array(ids[i], dtype=np.int64) for i in order.permutation(len(ids))])
    rows = (len(stream) - 1) // WINDOW
    return torch.from_numpy(np.stack([stream[r * WINDOW : r * WINDOW + WINDOW + 1] for r in range(rows)]))


def fit(model, tokenizer, documents, epochs, batch, peak):
    decayed = [p for p in model.parameters() if p.dim() > 1]
    kept = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": kept, "weight_decay": 0.0}], lr=peak, betas=(0.9, 0.95)
    )
    order = np.random.default_rng(SEED)
    start, step, steps, mean_loss = time.time(), 0, None, None
    for epoch in range(epochs):
        rows = windows(tokenizer, documents, order)
        steps = steps or epochs * (len(rows) // batch)
        for first in range(0, len(rows) - batch + 1, batch):
            progress = step / steps
            warm = min(1.0, (step + 1) / 50)
            rate = peak * warm * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * progress)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            chunk = rows[first : first + batch]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(input_ids=chunk[:, :-1], use_cache=False).logits
            loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), chunk[:, 1:].flatten())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            mean_loss = loss.item() if mean_loss is None else 0.95 * mean_loss + 0.05 * loss.item()
            if step % 20 == 0 or step == steps:
                speed = step * batch * WINDOW / (time.time() - start)
                print(f"step {step}/{steps} loss {mean_loss:.3f} {speed:.0f} tokens/s", flush=True)


def save(model, tokenizer, out):
    out.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in model.state_dict().items()
        if name != "lm_head.weight"  # tied to the embedding
    }
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    (out / "model.safetensors").chmod(0o644)
    model.config.architectures = ["LlamaForCausalLM"]
    model.config.dtype = torch.float16
    model.config.save_pretrained(out)
    tokenizer.save(str(out / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": BOUNDARY,
        "eos_token": BOUNDARY,
        "pad_token": BOUNDARY,
        "clean_up_tokenization_spaces": False,
        "model_max_length": WINDOW,
    }
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Trains tinyfacts-2.8m/ on build/train.txt.")
    parser.add_argument("--out", type=Path, default=HERE / "tinyfacts-2.8m")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    documents = (HERE / "build" / "train.txt").read_text(encoding="utf-8").strip().split("\n\n")
    tokenizer = train_tokenizer(documents)
    model = new_model(tokenizer.get_vocab_size())
    print(f"{sum(p.numel() for p in model.parameters())} parameters, vocabulary {tokenizer.get_vocab_size()}")
    model.train()
    fit(model, tokenizer, documents, options.epochs, options.batch, options.rate)
    save(model, tokenizer, options.out)


if __name__ == "__main__":
    main()
