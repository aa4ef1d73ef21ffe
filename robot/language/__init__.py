"""What the house has registered, learnt: pipelines that propose, say how sure they are, and say «vet ikke».

``train`` and ``measure`` work on any labelled text; ``Pipeline`` is what the robot holds in running. The parts, in the order a
text meets them: ``zones`` (what is subject, letter, older thread), ``folding`` (scanner's slips, nynorsk), ``corpus`` and
``features`` (words and their parts as numbers), ``linear`` or ``textcat`` (a route: texts → scores), ``calibration`` (scores →
probabilities), ``thresholds`` (how sure is sure enough). Everything here imports numpy and scipy: inside functions only.
"""
