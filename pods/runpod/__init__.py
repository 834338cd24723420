"""The RunPod API. REST v2 is the main road; GraphQL gives, while it lives, what v2 lacks."""
