"""The fused tensor operations of the decoder as weight-free TorchScript, written to ops.pt beside this file.

    pip install torch==2.7.1 numpy
    python ops.py

Shapes: N tokens of one or several sequences, one after the other; H hidden size; d head size; h heads, of which kv for
keys and values; V vocabulary. All float32 unless said. An argument that may be missing comes last.
"""
import hashlib
import io
import zipfile
from pathlib import Path
from typing import List, Optional

import torch
import torch.nn.functional as F
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float) -> Tensor:
    """Attention of queries q [n, h, d] to k and v [kv, m, d], to [n, h * d]; a group of h / kv query heads shares a key head."""
    n, h, d = q.shape[0], q.shape[1], q.shape[2]
    kv, m = k.shape[0], k.shape[1]
    group = h // kv
    if n == 1:
        # the heads of a group are queries of their key head
        one = F.scaled_dot_product_attention(q.view(1, kv, group, d), k.unsqueeze(0), v.unsqueeze(0), scale=scale)
        return one.reshape(1, h * d)
    # a group shares its key head by a stride of 0: nothing is copied
    q = q.view(n, kv, group, d).permute(1, 2, 0, 3)
    k = k.unsqueeze(1).expand(kv, group, m, d)
    v = v.unsqueeze(1).expand(kv, group, m, d)
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, scale=scale)
    return out.permute(2, 0, 1, 3).reshape(n, h * d)


def attend_one(q: Tensor, heads: Tensor, window: int, scale: float) -> Tensor:
    """Causal attention of q [n, h, d], the last n positions of a sequence, to heads [2 kv, m, d], the keys and then the values
    of the whole sequence; a position sees itself and window - 1 before it, or all when window is 0."""
    n, m = q.shape[0], heads.shape[1]
    kv = heads.shape[0] // 2
    k, v = heads[:kv], heads[kv:]
    if n == 1:
        first = max(0, m - window) if window > 0 else 0
        return attention(q, k[:, first:], v[:, first:], None, False, scale)
    if n == m and (window == 0 or m <= window):
        return attention(q, k, v, None, True, scale)
    parts: List[Tensor] = []
    block = 512  # bounds the memory of masks
    for begin in range(0, n, block):
        end = min(begin + block, n)
        past = m - n + begin
        first = max(0, past - window + 1) if window > 0 else 0
        mask = torch.ones([end - begin, m - n + end - first], dtype=torch.bool, device=q.device).tril(past - first)
        if window > 0:
            mask = mask.triu(past - first - window + 1)
        parts.append(attention(q[begin:end], k[:, first:m - n + end], v[:, first:m - n + end], mask, False, scale))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def apply(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    """x weight^T + bias in the type of the weight, which is packed or not."""
    x = x.to(weight.dtype)
    if weight.is_mkldnn:
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return F.linear(x, weight, bias)


class Ops(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def embed(self, ids: Tensor, table: Tensor) -> Tensor:
        """Rows of table [V, H] for ids [N] int64, as float32."""
        return F.embedding(ids, table).float()

    @torch.jit.export
    def rms_norm(self, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        """x / sqrt(mean(x^2) + eps) * weight over the last dimension."""
        return (x * x.pow(2).mean(-1, keepdim=True).add_(eps).rsqrt_()).mul_(weight)

    @torch.jit.export
    def pack(self, weight: Tensor, rows: int) -> Tensor:
        """weight [out, in], of the processor's memory, in the blocked layout that oneDNN's matrix product wants for about that
        many rows of x."""
        return torch.ops.mkldnn._reorder_linear_weight(weight, rows)

    @torch.jit.export
    def place(self, x: Tensor, like: Tensor, precision: str) -> Tensor:
        """x as a type, "fp32", "fp16" or "bf16", on the device of another tensor; x itself where it is so already."""
        dtype = torch.bfloat16 if precision == "bf16" else torch.float16 if precision == "fp16" else torch.float32
        return x.to(like.device, dtype)

    @torch.jit.export
    def linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        """x [N, in], weight [out, in], packed or not, to [N, out]."""
        return apply(x, weight, bias)

    @torch.jit.export
    def add_linear(self, residual: Tensor, x: Tensor, weight: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        """Adds linear(x) to residual [N, out] in place."""
        return residual.add_(apply(x, weight, bias))

    @torch.jit.export
    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        """(x - mean) / sqrt(variance + eps) * weight + bias over the last dimension."""
        return F.layer_norm(x, weight.shape, weight, bias, eps)

    @torch.jit.export
    def rotate(self, qkv: Tensor, cos: Tensor, sin: Tensor, heads: int) -> Tensor:
        """Rotary embedding, in place, of the first heads of qkv [N, ...] by cos, sin [N, d/2]; pairs are (i, i + d/2), as in
        Hugging Face's layout."""
        n, half = cos.shape[0], cos.shape[1]
        x = qkv[:, :heads * 2 * half].view(n, heads, 2 * half)
        a, b = x[..., :half], x[..., half:]
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
        turned = (a * cos).addcmul_(b, sin, value=-1)
        b.copy_((b * cos).addcmul_(a, sin))
        a.copy_(turned)
        return qkv

    @torch.jit.export
    def attend(self, qkv: Tensor, lengths: List[int], positions: List[int], caches: List[Tensor], appends: List[bool], kv: int,
               head: int, window: int, scale: float) -> Tensor:
        """Causal attention within sequences: qkv [N, (h + 2 kv) d] to [N, h d], where d is head. Segment i is lengths[i] rows that
        stand at positions[i] and later of their sequence; what precedes them are the first positions[i] of caches[i]
        [2 kv, capacity, d], which takes the segment's keys and values where appends[i]. A segment without a cache has an empty
        one. Heads come first in caches because a head's positions next to each other are read almost twice as fast."""
        all = qkv.view(qkv.shape[0], -1, head)
        h = all.shape[1] - 2 * kv
        q, new = all[:, :h], all[:, h:].permute(1, 0, 2)
        parts: List[Tensor] = []
        start = 0
        for i in range(len(lengths)):
            end = start + lengths[i]
            position, cache = positions[i], caches[i]
            if appends[i]:
                cache[:, position:position + lengths[i]].copy_(new[:, start:end])
                seen = new[:, start:end] if position == 0 else cache[:, :position + lengths[i]]
            elif position > 0:
                seen = torch.cat([cache[:, :position], new[:, start:end]], 1)
            else:
                seen = new[:, start:end]
            parts.append(attend_one(q[start:end], seen, window, scale))
            start = end
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    @torch.jit.export
    def cache(self, like: Tensor, capacity: int, width: int) -> Tensor:
        """Room for keys and values, of the type of a weight."""
        return torch.empty([capacity, width], dtype=like.dtype, device=like.device)

    @torch.jit.export
    def copy_positions(self, source: Tensor, target: Tensor, positions: int) -> Tensor:
        """Copies the first positions of a cache [2 kv, capacity, d]."""
        target[:, :positions].copy_(source[:, :positions])
        return target

    @torch.jit.export
    def swiglu(self, gate_up: Tensor) -> Tensor:
        """silu(gate) * up for gate_up [N, 2 I] = (gate, up)."""
        half = gate_up.shape[1] // 2
        return F.silu(gate_up[:, :half]).mul_(gate_up[:, half:])

    @torch.jit.export
    def gelu_tanh(self, x: Tensor) -> Tensor:
        """x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))."""
        return F.gelu(x, approximate="tanh")

    @torch.jit.export
    def copy(self, x: Tensor) -> Tensor:
        """A copy."""
        return x.clone()

    @torch.jit.export
    def add(self, x: Tensor, y: Tensor) -> Tensor:
        """Adds y to x in place."""
        return x.add_(y)

    @torch.jit.export
    def transposed(self, x: Tensor) -> Tensor:
        """x^T, contiguous."""
        return x.t().contiguous()

    @torch.jit.export
    def rows(self, x: Tensor, index: Tensor) -> Tensor:
        """x[index] for index int64."""
        return x.index_select(0, index)

    @torch.jit.export
    def target_log_probs(self, x: Tensor, head: Tensor, targets: Tensor, chunk: int) -> Tensor:
        """log softmax(x head^T)[i, targets[i]] for x [N, H], head [V, H], packed or not, targets [N] int64 to
        [N]; logits of no more than chunk rows exist at a time."""
        n = x.shape[0]
        out = torch.empty([n], dtype=torch.float32, device=x.device)
        for start in range(0, n, chunk):
            end = min(start + chunk, n)
            logits = apply(x[start:end], head, None).float()
            out[start:end] = logits.log_softmax(1).gather(1, targets[start:end].unsqueeze(1)).squeeze(1)
        return out

    @torch.jit.export
    def log_probs(self, x: Tensor, head: Tensor) -> Tensor:
        """log softmax(x head^T) for x [N, H], head [V, H] to [N, V]."""
        return apply(x, head, None).float().log_softmax(1)

    @torch.jit.export
    def logits(self, x: Tensor, head: Tensor) -> Tensor:
        """x head^T for x [N, H], head [V, H] to [N, V]."""
        return apply(x, head, None).float()

    @torch.jit.export
    def finite(self, x: Tensor) -> bool:
        """Whether no element is NaN or infinite."""
        low, high = torch.aminmax(x)
        return bool(torch.isfinite(low) & torch.isfinite(high))

    @torch.jit.export
    def half(self, x: Tensor) -> Tensor:
        """x as float16; what is too large becomes infinite."""
        return x.to(torch.float16)


def save(path: Path) -> None:
    """Writes the module with this file's digest and without debug records, which hold the paths of this machine."""
    source = {"source.sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}
    buffer = io.BytesIO(torch.jit.script(Ops().eval()).save_to_buffer(_extra_files=source))
    with zipfile.ZipFile(buffer) as full, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as slim:
        for entry in full.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                name = entry.filename.replace(entry.filename.split("/")[0], path.stem, 1)
                slim.writestr(zipfile.ZipInfo(name), full.read(entry), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    save(Path(__file__).resolve().with_name("ops.pt"))
