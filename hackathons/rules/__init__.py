"""The jury's arithmetic: who reads what, and what their scores say. Plain values in, plain values out."""
