"""What is seen from outside, what is wrong, and the remedy."""
