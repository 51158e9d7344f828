"""The cookies that a source sets: kept as browsers keep them, but not any number of any length."""

from http.cookiejar import Cookie, CookieJar

from typing_extensions import override

# What RFC 6265, section 6.1, asks of browsers at least, for one host.
MOST = 50
LONGEST = 4096


class FewCookies(CookieJar):
    """Passes over what is beyond that; else each question would be longer than the one before."""

    @override
    def set_cookie(self, cookie: Cookie) -> None:
        length = len(cookie.name) + len(cookie.value or "") + len(cookie.path)
        if length <= LONGEST and len(self) < MOST:
            super().set_cookie(cookie)
