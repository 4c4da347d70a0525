from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.classifier import Classifier
from model.labels import AUTHOR, STANCES, Stance
from model.types import Article

TEXT = st.text(min_size=1, max_size=300).filter(lambda t: t.strip() and not any("\ud800" <= c <= "\udfff" for c in t))
ANY_ARTICLE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY_ARTICLE
@given(text=TEXT, title=st.just("") | TEXT)
def test_spans_are_exact_on_any_text(classifier: Classifier, text: str, title: str) -> None:
    article = Article(text=text, title=title)
    for prediction in classifier.classify(article):
        sentence = prediction.sentence
        part = article.part(sentence.part)
        assert part[sentence.start : sentence.end] == sentence.text
        assert set(prediction.probabilities) == set(STANCES)
        assert abs(sum(prediction.probabilities.values()) - 1) < 1e-4
        assert (prediction.holder is None) == (prediction.stance is Stance.NONE)
        if prediction.holder and prediction.holder.part:
            where = article.part(prediction.holder.part)
            assert where[prediction.holder.start : prediction.holder.end] == prediction.holder.name
        elif prediction.holder:
            assert prediction.holder.name == AUTHOR
        assert (prediction.condition is not None) <= (prediction.stance is Stance.CONDITIONAL)
        if prediction.condition:
            assert part[prediction.condition.start : prediction.condition.end] == prediction.condition.text
            assert sentence.start <= prediction.condition.start < prediction.condition.end <= sentence.end


def test_a_sentence_longer_than_a_window_says_so(classifier: Classifier) -> None:
    long, short = classifier.classify(Article("troops " * 10_000 + "\nParis wants to send troops."))
    assert long.truncated
    assert not short.truncated


def test_an_answer_does_not_depend_on_what_was_asked_before(classifier: Classifier) -> None:
    article = Article("Paris wants to send troops. Rome would go only after a truce.", title="Oslo rejects it")
    first = classifier.classify(article)
    classifier.classify(Article("Something else. " * 50))
    assert classifier.classify(article) == first
