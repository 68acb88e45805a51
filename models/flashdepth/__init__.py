"""FlashDepth: streaming video depth (Chou et al. 2025), in plain PyTorch."""
