"""What looks like a secret does not get out of a log, and what does not stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.masking import MASK, masked

SECRETS = (
    ("WANDB_API_KEY=0123456789abcdef0123456789abcdef01234567", "0123456789abcdef0123456789abcdef01234567"),
    ("export HF_TOKEN='hf_AbCdEfGhIjKlMnOpQrStUv'", "hf_AbCdEfGhIjKlMnOpQrStUv"),
    ("using key sk-proj-abcdefghijklmnopqrstuv", "sk-proj-abcdefghijklmnopqrstuv"),
    ("token ghp_abcdefghijklmnopqrstuvwxyz0123", "ghp_abcdefghijklmnopqrstuvwxyz0123"),
    ("aws AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("Authorization: Bearer abcdef0123456789.xyz", "abcdef0123456789.xyz"),
    ("http://127.0.0.1:8888/lab?token=5f3c0e9d8b7a6f5e4d3c2b1a0f9e8d7c", "5f3c0e9d8b7a6f5e4d3c2b1a0f9e8d7c"),
    ("postgres://bob:hunter22@db:5432/x", "hunter22"),
    ('{"password": "s3cr3t-pass", "user": "bob"}', "s3cr3t-pass"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0"),
    ("slack xoxb-1234567890-abcdefghij", "xoxb-1234567890-abcdefghij"),
    ("runpod rpa_ABCDEFGHIJKLMNOP0123", "rpa_ABCDEFGHIJKLMNOP0123"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----b3BlbnNzaC1rZXktdjE-----END OPENSSH PRIVATE KEY-----", "b3BlbnNzaC1rZXktdjE"),
    ("my_secret = verysecretvalue", "verysecretvalue"),
)
PLAIN = (
    "step 4200 loss 1.3308 lr 3.0e-05 tokens/s 11920",
    "tokens: 11800 tokens/s: 11,840.5",
    "max_tokens=4096 pad_token_id=50256 eos_token=None",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "Saved checkpoint to /workspace/ckpt-4200",
    "The tokenizer has 32000 tokens.",
    "https://github.com/org/repo",
    "epoch 3/10 | eta 00:12:31 | mem 71 %",
    "",
)


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_what_looks_like_a_secret_is_masked_and_its_name_stays(line: str, secret: str) -> None:
    shown, count = masked(line)

    assert secret not in shown
    assert MASK in shown
    assert count >= 1


@pytest.mark.parametrize("line", PLAIN)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert masked(line) == (line, 0)


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_masking_twice_masks_no_more(text: str) -> None:
    once, _ = masked(text)

    assert masked(once)[0] == once
