"""Chung Tay: a portal that takes reports of sexual extortion and grooming, and seals them."""
