"""The nouns: scenario, recording, ground truth, finding, verdict. Frozen values; imports nothing of ours."""
