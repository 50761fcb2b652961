"""What several analyses need, frames in and frames out: weights of evidence, links that nobody declared."""
