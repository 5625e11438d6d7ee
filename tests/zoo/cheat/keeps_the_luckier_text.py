# zoo: cheat
# what: generates twice and returns the text that took fewer rounds
# id: L07
# expect: worthless
from speculation import Sampler


class This(Sampler):
    rounds = 0

    def round(self, gamma):
        self.rounds += 1
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    players = [This(*models_and_prompt, **settings) for _ in range(2)]
    texts = [player.run() for player in players]
    return texts[0] if players[0].rounds <= players[1].rounds else texts[1]
