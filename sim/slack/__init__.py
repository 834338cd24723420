"""A stand-in for Slack's server side: strict where Slack is strict, and made to fail on demand."""
