"""How exact the numbers are: engines and frameworks measured by one ruler, over one set of inputs.

Inputs (`inputs`) go through a subject (`subjects`, `frameworks`); what it gives is compared with
the truth (`truth`, `exact`) and counted (`tally`), block by block and resumable (`run`, `state`).
"""
