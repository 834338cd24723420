"""Looks at everything Podkeeper depends on and says what is wrong and how to mend it. It changes nothing."""
