"""The optimizer: Muon for the matrices inside the blocks, AdamW for the embedding and the norms.

Muon (Jordan 2024) steps along the orthogonalised momentum; scaled as in Moonlight (Liu et al. 2025, arXiv:2502.16982) so
that its steps are as large as AdamW's and one learning rate serves both.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def orthogonalised(matrix: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration towards the nearest (semi-)orthogonal matrix."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        product = x @ x.T
        x = a * x + (b * product + c * (product @ product)) @ x
    return (x.T if tall else x).float()


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters: list[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(parameter)
                buffer = state["momentum"]
                buffer.lerp_(parameter.grad, 1 - group["momentum"])
                update = orthogonalised(parameter.grad.lerp(buffer, group["momentum"]))
                scale = 0.2 * math.sqrt(max(parameter.shape))
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update, alpha=-group["lr"] * scale)


def optimizers_for(model: torch.nn.Module, kind: str, lr: float, weight_decay: float) -> list[torch.optim.Optimizer]:
    """The optimizers of a model; `kind` is "adamw" or "muon"."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and not name.startswith("embedding")]
    embedding = [p for name, p in model.named_parameters() if name.startswith("embedding")]
    norms = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": embedding, "weight_decay": 0.0}, {"params": norms, "weight_decay": 0.0}]
    if kind == "muon":
        return [Muon(matrices, lr, weight_decay=weight_decay), torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95))]
    return [torch.optim.AdamW([{"params": matrices, "weight_decay": weight_decay}, *groups], lr=lr, betas=(0.9, 0.95))]
