"""What will happen: lifetime value, who is slipping away, when the next order is due."""
