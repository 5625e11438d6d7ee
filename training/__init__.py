"""The recipe of the small pair in `pairs/weights`: corpus, target, draft, and what the model card says.

Run by hand, once, on one quiet core (an hour or two), never by the product:

    python -m training.corpus OUT/corpus
    python -m training.target OUT/corpus OUT/target
    python -m training.draft OUT/corpus OUT/target OUT/draft
"""
