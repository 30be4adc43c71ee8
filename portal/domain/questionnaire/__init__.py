"""What is asked: questions, their order and their rules."""
