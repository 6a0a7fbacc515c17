"""The files that marketing tools take, each as data: which column holds what, written how, hashed or not."""
