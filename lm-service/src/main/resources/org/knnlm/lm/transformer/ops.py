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


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding of x [N, heads, d] by cos, sin [N, 1, d/2]; pairs are (i, i + d/2), as in Hugging Face's layout."""
    half = x.shape[2] // 2
    a, b = x[..., :half], x[..., half:]
    out = torch.empty_like(x)
    torch.mul(a, cos, out=out[..., :half]).addcmul_(b, sin, value=-1)
    torch.mul(b, cos, out=out[..., half:]).addcmul_(a, sin)
    return out


def causal(q: Tensor, k: Tensor, v: Tensor, kv: int) -> Tensor:
    """Causal attention of one sequence: q [n, h, d], k and v [n, kv, d] to [n, h * d]."""
    n, h, d = q.shape[0], q.shape[1], q.shape[2]
    group = h // kv
    # a group of query heads shares its key head by a stride of 0: nothing is copied
    q = q.view(n, kv, group, d).permute(1, 2, 0, 3)
    k = k.permute(1, 0, 2).unsqueeze(1).expand(kv, group, n, d)
    v = v.permute(1, 0, 2).unsqueeze(1).expand(kv, group, n, d)
    return F.scaled_dot_product_attention(q, k, v, is_causal=True).permute(2, 0, 1, 3).reshape(n, h * d)


def apply(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    """x weight^T + bias for a weight that is packed or not."""
    if weight.is_mkldnn:
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return F.linear(x, weight, bias)


class Ops(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def embed(self, ids: Tensor, table: Tensor) -> Tensor:
        """Rows of table [V, H] for ids [N] int64."""
        return F.embedding(ids, table)

    @torch.jit.export
    def rms_norm(self, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        """x / sqrt(mean(x^2) + eps) * weight over the last dimension."""
        return (x * x.pow(2).mean(-1, keepdim=True).add_(eps).rsqrt_()).mul_(weight)

    @torch.jit.export
    def pack(self, weight: Tensor, rows: int) -> Tensor:
        """weight [out, in] in the blocked layout that oneDNN's matrix product wants for about that many rows of x."""
        return torch.ops.mkldnn._reorder_linear_weight(weight, rows)

    @torch.jit.export
    def linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        """x [N, in], weight [out, in], packed or not, to [N, out]."""
        return apply(x, weight, bias)

    @torch.jit.export
    def add_linear(self, residual: Tensor, x: Tensor, weight: Tensor, bias: Optional[Tensor] = None) -> Tensor:
        """Adds linear(x) to residual [N, out] in place."""
        return residual.add_(apply(x, weight, bias))

    @torch.jit.export
    def attend(self, qkv: Tensor, cos: Tensor, sin: Tensor, lengths: List[int], heads: int, kv: int) -> Tensor:
        """Rotary causal self-attention within each sequence: qkv [N, (h + 2 kv) d], cos and sin [N, d/2] to [N, h d]."""
        n = qkv.shape[0]
        d = qkv.shape[1] // (heads + 2 * kv)
        x = qkv.view(n, heads + 2 * kv, d)
        qk = rotate(x[:, :heads + kv], cos.unsqueeze(1), sin.unsqueeze(1))
        q, k, v = qk[:, :heads], qk[:, heads:], x[:, heads + kv:]
        if len(lengths) == 1:
            return causal(q, k, v, kv)
        parts: List[Tensor] = []
        start = 0
        for length in lengths:
            end = start + length
            parts.append(causal(q[start:end], k[start:end], v[start:end], kv))
            start = end
        return torch.cat(parts)

    @torch.jit.export
    def swiglu(self, gate_up: Tensor) -> Tensor:
        """silu(gate) * up for gate_up [N, 2 I] = (gate, up)."""
        half = gate_up.shape[1] // 2
        return F.silu(gate_up[:, :half]).mul_(gate_up[:, half:])

    @torch.jit.export
    def rows(self, x: Tensor, index: Tensor) -> Tensor:
        """x[index] for index int64."""
        return x.index_select(0, index)

    @torch.jit.export
    def target_log_probs(self, x: Tensor, head: Tensor, targets: Tensor, chunk: int) -> Tensor:
        """log softmax(x head^T)[i, targets[i]] for x [N, H], head [V, H], packed or not, targets [N] int64 to
        [N]; logits of no more than chunk rows exist at a time."""
        n = x.shape[0]
        out = torch.empty([n], dtype=torch.float32)
        for start in range(0, n, chunk):
            end = min(start + chunk, n)
            logits = apply(x[start:end], head, None)
            target = logits.gather(1, targets[start:end].unsqueeze(1)).squeeze(1)
            out[start:end] = target - logits.logsumexp(1)
        return out

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
