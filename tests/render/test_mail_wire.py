from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from hypothesis import given
from hypothesis import strategies as st

from worker.render.mail.wire import WIRE

words = st.text("aăâđêôơưữộ ấ:;,.(%)0123456789", min_size=1, max_size=150).map(
    lambda text: " ".join(text.split()) or "x"
)


def sent(subject: str, name: str = "Đối soát") -> tuple[str, str, str]:
    """The subject, the sender's name and his address as they come back."""
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = subject
    mail["From"] = Address(name, addr_spec="doisoat@soctrang.example")
    content = mail.as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    came = message_from_bytes(content)
    shown, address = parseaddr(came["From"].replace("\r\n", ""))
    return decoded(came["Subject"]), decoded(shown), address


def decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


@given(words, words)
def test_subject_and_sender_come_back_letter_for_letter(subject: str, name: str) -> None:
    assert sent(subject, name) == (subject, name, "doisoat@soctrang.example")


def test_a_subject_the_library_itself_folds_wrongly_keeps_its_spaces() -> None:
    subject = (
        "[Đối soát] Thị xã Ngã Năm: Cổng tính nhiều hơn tỉnh 2 hồ sơ quá hạn; và 1 cảnh báo khác"
    )
    assert sent(subject)[0] == subject
