"""Training of FlashDepth-S, -L and the hybrid, as their authors trained them."""
