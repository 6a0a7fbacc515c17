"""What to do: what-if, loyalty programmes, the opportunities of the week, and the lists to send."""
