"""The rules of status pages and components."""

import pytest

from lull.domain.errors import Invalid
from lull.domain.status_pages import Source, Visibility, validated_component, validated_page
from tests.page_builders import a_component, a_page


def refused_fields(function, value) -> list[str]:
    with pytest.raises(Invalid) as refused:
        function(value)
    return [error.field for error in refused.value.errors]


@pytest.mark.parametrize("slug", ["a", "7", "acme-status", "a--b", "x" * 128])
def test_a_slug_may_be_lower_case_letters_digits_and_hyphens(slug):
    assert validated_page(a_page(slug=slug)).slug == slug


@pytest.mark.parametrize(
    "slug", ["", "-a", "a-", "-", "Acme", "a b", "a_b", "a/b", "..", "ä", "a\n", "x" * 129, "_local"]
)
def test_a_slug_of_another_form_is_refused(slug):
    assert refused_fields(validated_page, a_page(slug=slug)) == ["slug"]


@pytest.mark.parametrize("slug", ["api", "status", "admin", "docs", "www", "assets", "static", "health", "login"])
def test_a_reserved_word_is_no_slug(slug):
    assert refused_fields(validated_page, a_page(slug=slug)) == ["slug"]


@pytest.mark.parametrize("color", ["#4A90D9", "#fff"])
def test_a_colour_may_be_short_or_long_hex(color):
    assert validated_page(a_page(primary_color=color)).primary_color == color


@pytest.mark.parametrize("color", ["", "red", "4A90D9", "#12", "#12345", "#ggg", "#fff;}", "#fff\n", "#fffffff"])
def test_a_colour_of_another_form_is_refused(color):
    page = a_page(primary_color=color, background_color=color)
    assert refused_fields(validated_page, page) == ["primaryColor", "backgroundColor"]


@pytest.mark.parametrize("url", ["https://acme.test/logo.png?v=2", "https://[2001:db8::1]:8443/a", "HTTPS://acme.test"])
def test_an_image_may_be_at_any_https_url(url):
    assert validated_page(a_page(logo_url=url)).logo_url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://acme.test/logo.png",
        "//acme.test/logo.png",
        "javascript:alert(1)",
        "data:image/svg+xml,x",
        "https://",
        "https:///logo.png",
        "https://user@acme.test/",
        "https://user:secret@acme.test/",
        "https://acme.test\\@evil.test/",
        "https://acme.test/a b",
        "https://acme.test/\n",
        "https://acme.test:port/",
        "https://[::1/",
        "https://acme.test/" + "x" * 2048,
    ],
)
def test_an_image_elsewhere_is_refused(url):
    page = a_page(logo_url=url, favicon_url=url)
    assert refused_fields(validated_page, page) == ["logoUrl", "faviconUrl"]


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (1, True), (365, True), (366, False)])
def test_the_uptime_history_is_a_day_to_a_year(days, allowed):
    page = a_page(uptime_history_days=days)
    if allowed:
        assert validated_page(page) is page
    else:
        assert refused_fields(validated_page, page) == ["uptimeHistoryDays"]


def test_every_broken_rule_is_named_at_once():
    page = a_page(slug="No", logo_url="x", primary_color="x", uptime_history_days=0)
    assert refused_fields(validated_page, page) == ["slug", "logoUrl", "primaryColor", "uptimeHistoryDays"]


@pytest.mark.parametrize(
    ("visibility", "enabled", "public"),
    [
        (Visibility.PUBLIC, True, True),
        (Visibility.PUBLIC, False, False),
        (Visibility.PRIVATE, True, False),
        (Visibility.PASSWORD_PROTECTED, True, False),
    ],
)
def test_only_an_enabled_public_page_is_public(visibility, enabled, public):
    assert a_page(visibility=visibility, enabled=enabled).is_public is public


@pytest.mark.parametrize(
    ("component", "source"),
    [
        (a_component(check_id=42), (Source.CHECK, 42)),
        (a_component(project_id=3), (Source.PROJECT, 3)),
        (a_component(dependency_id=9), (Source.DEPENDENCY, 9)),
    ],
)
def test_a_component_stands_for_one_source(component, source):
    assert validated_component(component).source == source


@pytest.mark.parametrize(
    ("component", "fields"),
    [
        (a_component(check_id=None), ["checkId"]),
        (a_component(check_id=1, project_id=2), ["checkId", "projectId"]),
        (a_component(check_id=1, project_id=2, dependency_id=3), ["checkId", "projectId", "dependencyId"]),
    ],
)
def test_a_component_without_a_source_or_with_several_is_refused(component, fields):
    assert refused_fields(validated_component, component) == fields
