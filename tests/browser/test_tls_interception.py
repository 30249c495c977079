"""Who ends TLS between a browser and the service: the browser opens no page of his, and all he has is a handshake."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.calling.service.certificates import CERTIFICATE
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import CallWindow
from harness.endpoints.chromium.tab import PageError
from tests.live.tls_interceptor import tls_interceptor

from .calling import ALICE, serving, store_of, tenant
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def port(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[int, Path]]:
    """The service's port, and its folder."""
    folder = tmp_path_factory.mktemp("service")
    with closing(store_of(folder, tenant())) as store:
        async with serving(store) as found:
            yield found, folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def knowing(chromium: Chromium, port: tuple[int, Path]) -> AsyncIterator[Chromium]:
    """A browser that knows the certificate of this service, and no other of an authority that it does not know."""
    key = x509.load_pem_x509_certificate((port[1] / CERTIFICATE).read_bytes()).public_key()
    pin = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    async with Chromium(flags=[f"--ignore-certificate-errors-spki-list={base64.b64encode(pin).decode()}"]) as browser:
        yield browser


async def test_a_browser_opens_the_page_of_the_service_and_none_of_an_interceptor(
    knowing: Chromium, port: tuple[int, Path], tmp_path: Path, shoot: Shoot
) -> None:
    tab = await knowing.tab(strict=True)
    await tab.open(f"https://127.0.0.1:{port[0]}/call")
    await tab.appears("text=Sign-in name")
    async with tls_interceptor(tmp_path / "interceptor", port[0]) as interceptor:
        with pytest.raises(PageError, match="ERR_CERT_AUTHORITY_INVALID"):
            await tab.open(f"https://127.0.0.1:{interceptor.port}/call")
        await asyncio.wait_for(interceptor.refused.wait(), 10)
        assert interceptor.read == b""
    await shoot(tab, "interceptor-refused")
    await tab.close()


async def test_a_browser_that_takes_any_certificate_would_tell_him_the_password(
    chromium: Chromium, port: tuple[int, Path], tmp_path: Path
) -> None:
    """So it is the browser's refusal that keeps him from reading, and nothing else in the way."""
    async with tls_interceptor(tmp_path / "interceptor", port[0]) as interceptor:
        tab = await chromium.tab()
        await tab.open(f"https://127.0.0.1:{interceptor.port}/call")
        await CallWindow(tab, ALICE).sign_in()
        assert ALICE.password.encode() in interceptor.read
        await tab.close()
