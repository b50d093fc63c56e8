"""What the public Python reference does, written from its protocol: the peer that every ratio is against."""
import numpy as np
import torch
from torch.nn import functional as F


class Reference:
    """A Hugging Face model whose last MLP input is captured by a hook, as knnlm-limits does."""

    def __init__(self, directory, precision="fp32"):
        from transformers import AutoModelForCausalLM, AutoTokenizer
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32).eval()
        self.captured = None
        self.model.model.layers[-1].mlp.register_forward_hook(lambda module, args, out: self._capture(args[0]))

    def _capture(self, hidden):
        self.captured = hidden.detach()

    @torch.inference_mode()
    def forward(self, ids):
        """Logits of every position of a [batch, length] array of ids."""
        return self.model(torch.as_tensor(ids), use_cache=False).logits

    @torch.inference_mode()
    def score(self, batch):
        """Log probabilities of tokens 1.. of each sequence, all of the same length."""
        logits = self.forward(batch)[:, :-1]
        targets = torch.as_tensor(batch)[:, 1:, None]
        return F.log_softmax(logits.float(), -1).gather(2, targets)[:, :, 0].numpy()

    @torch.inference_mode()
    def generate(self, prompts, new):
        """Greedy continuations of prompts of the same length."""
        ids = torch.as_tensor(prompts)
        out = self.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=new, min_new_tokens=new,
                                  do_sample=False, eos_token_id=None, pad_token_id=0)
        return out[:, ids.shape[1]:].tolist()

    def save(self, texts, keys_file, values_file, block=1024, stride=512):
        """Makes a datastore: windows, forward with loss, keys into memory maps. Returns the number of keys."""
        ids = [i for text in texts for i in self.tokenizer(text)["input_ids"]]
        total = len(ids) - len(ids) % block if len(ids) >= block else len(ids)
        windows = []
        for i in range(0, total, stride):
            begin, end = max(i + stride - block, 0), min(i + stride, total)
            windows.append((ids[begin:end], max(i - begin, 1)))
        n = sum(len(window) - first for window, first in windows)
        width = self.model.config.hidden_size
        keys = np.memmap(keys_file, np.float16, "w+", shape=(n, width))
        values = np.memmap(values_file, np.int32, "w+", shape=(n, 1))
        at = 0
        for window, first in windows:
            padded = torch.tensor([window + [2] * (block - len(window))])
            labels = padded.clone()
            labels[0, :first] = -100
            labels[0, len(window):] = -100
            with torch.inference_mode():
                mask = (torch.arange(block) < len(window)).long()[None]
                self.model(padded, attention_mask=mask, labels=labels, use_cache=False)
            count = len(window) - first
            keys[at:at + count] = self.captured[0, first - 1:len(window) - 1].to(torch.float16).numpy()
            values[at:at + count] = np.array(window[first:], np.int32)[:, None]
            at += count
        keys.flush()
        values.flush()
        return n
