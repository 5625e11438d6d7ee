"""What serves a session in its jail: jupyter-server, and a process that kernels and tools are forked from.

Shown to sessions at /opt/lib/warm; runs with the candidate's Python, so it imports nothing else of ours. The
candidate owns the jail and can end or imitate all of it: nothing here has authority. What cannot be forked
is started the ordinary way.
"""
