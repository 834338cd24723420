"""What pods and network volumes cost, by the hour: from what was seen of them, and then from RunPod's bill. Pure.

`sightings` make the life of a pod or volume; `spans` says what is certain of it; `hours` puts it on the clock;
`bill` lets RunPod's figures replace ours; `totals` adds up. `rates` are RunPod's storage prices, dated.
"""
