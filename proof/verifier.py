"""Check what Stofstroom signed, without Stofstroom: certificates, reports, exports, checkpoints.

  python verifier.py certificate FILE --key KEY [--batch CODE]     FILE: the JSON or the PDF
  python verifier.py report FILE --key KEY                         FILE: the JSON or the PDF
  python verifier.py export FILE META --key KEY
  python verifier.py checkpoint OLD NEW PROOF... --key KEY

KEY is the public key of the issuer: 64 hexadecimal digits, base64, or a file that holds it. Take
it from somebody you trust, not from whoever hands you the certificate. --changes FILE, the JSON
of /api/v1/keys, leads from that key to those that took over from it. --lang nl speaks Dutch.
Exit codes: 0 it holds, 1 it does not hold, 2 it could not be checked.

Needs Python 3.9 and `cryptography`. Opens only the files it is given. What is signed (Ed25519, RFC
8032) is {"document", "purpose"} as canonical JSON (RFC 8785); the hash tree is that of RFC 9162.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEAD = ("log", "size", "root", "at")
CERTIFICATE, REPORT = "stofstroom/certificate/1", "stofstroom/report/1"
Say = Callable[..., None]
Keys = Mapping[str, bytes]
UNREADABLE = OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError, zlib.error
WORDS = """\
signed | signed with key {} | ondertekend met sleutel {}
root | {}: {} entries under a signed root | {}: {} boekingen onder een ondertekende wortel
stand | {} entries stand in it, {} lines add up | {} boekingen staan erin, {} regels tellen op
same | {}: the first {} of {} entries are unchanged | {}: de eerste {} van {} zijn ongewijzigd
paper | what is attached counts, not the page | de bijlage telt, niet wat er op de pagina staat
later | whether it was withdrawn since is said at {} | of het later is ingetrokken, staat op {}
next | whether a later one follows it up is said at {} | of een later het opvolgt, staat op {}
balance | every gram is counted once, {} figures | elke gram is één keer geteld, {} cijfers
holds | IT HOLDS: {} | HET KLOPT: {}
fails | IT DOES NOT HOLD: {} | HET KLOPT NIET: {}
cannot | IT COULD NOT BE CHECKED: {} | HET KON NIET WORDEN NAGEGAAN: {}
no_key | signed with key {}, which is not yours | ondertekend met sleutel {}, die je niet opgaf
changed | the signature does not belong to {} | de handtekening hoort niet bij {}
not_one | it is not signed as {} | het is niet ondertekend als {}
other | {} is not what was signed | {} is niet wat ondertekend is
unproven | entry {} is named without a proof | boeking {} wordt genoemd zonder bewijs
absent | entry {} is not in the register | boeking {} staat niet in het register
sum | {} is {}, its lines make {} | {} is {}, de regels maken {}
batch | it is about batch {}, not about {} | het gaat over partij {}, niet over {}
rewritten | {}: the first {} entries were changed | {}: de eerste {} boekingen zijn gewijzigd
no_way | no proof leads on from {} of {} entries | geen bewijs leidt verder vanaf {} met {}
"""


class Fails(Exception):
    """It does not hold. Arguments: one of WORDS, and what belongs in its gaps."""


def parsed(text: bytes) -> Any:
    """JSON that can be read in one way only: no name twice in an object, whole numbers."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands twice")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once, parse_float=int, parse_constant=int)


def keyed(text: str) -> tuple[str, bytes]:
    """The id of a public key and its 32 bytes."""
    raw = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text)
    if len(raw) != 32:
        raise ValueError(f"{text[:80]} is no public key")
    return hashlib.sha256(raw).hexdigest()[:16], raw


def keys_of(options: argparse.Namespace) -> Keys:
    """The keys that are trusted, by their id, and those that took over from them."""
    given = [Path(one).read_text() if Path(one).is_file() else one for one in options.key]
    keys = dict(keyed(one.strip()) for one in given)
    known = parsed(Path(options.changes).read_bytes()) if options.changes else []
    for change in (one["change"] for one in reversed(known) if one["change"]):
        if change["rotation"]["key"] in keys:
            said = document_of(change["rotation"], "stofstroom/key/1", keys)
            keys.update([keyed(said["public"])])
    return keys


def require_signed(
    document: object, purpose: str, signed: Mapping[str, Any], keys: Keys, name: str
) -> None:
    """Raise Fails unless one of the keys signed this document for this purpose."""
    if signed["key"] not in keys:
        raise Fails("no_key", signed["key"])
    try:
        what = {"document": document, "purpose": purpose}
        plain = json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        signature = base64.b64decode(signed["signature"], validate=True)
        public = Ed25519PublicKey.from_public_bytes(keys[signed["key"]])
        public.verify(signature, plain.encode())
    except (InvalidSignature, ValueError):
        raise Fails("changed", name) from None


def document_of(envelope: Any, purpose: str, keys: Keys) -> Any:
    """What is in a signed envelope."""
    if not isinstance(envelope, dict) or envelope.get("purpose") != purpose:
        raise Fails("not_one", purpose)
    require_signed(envelope["document"], purpose, envelope, keys, purpose)
    return envelope["document"]


def require_head(head: Mapping[str, Any], keys: Keys) -> None:
    """Raise Fails unless a signed head of a chain is one."""
    document = {name: head[name] for name in HEAD}
    require_signed(document, "stofstroom/tree-head/1", head, keys, f"{head['log']}#{head['size']}")


def hashes(steps: Sequence[str]) -> list[bytes]:
    if any(len(step) != 64 for step in steps):
        raise ValueError("a hash is 64 hexadecimal digits")
    return [bytes.fromhex(step) for step in steps]


def joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that leads out of a leaf along its path (RFC 9162, 2.1.3); nothing if it cannot."""
    if size == 1 or not path:
        return leaf if size == 1 and not path else b""
    # The largest power of two below `size`: so many leaves stand on the left.
    left, top, rest = 1 << ((size - 1).bit_length() - 1), path[-1], path[:-1]
    if index < left:
        return joined(root_of(index, left, leaf, rest), top)
    return joined(top, root_of(index - left, size - left, leaf, rest))


def roots_of(first: int, second: int, path: Sequence[bytes], known: bytes) -> tuple[bytes, bytes]:
    """The roots of two trees, the first the beginning of the second (RFC 9162, 2.1.4). known: the
    root of the first, which its path leaves out as long as it leads to the left."""
    if first == second:
        steps = [known, *path] if known else list(path)
        return (steps[0], steps[0]) if len(steps) == 1 else (b"", b"")
    if not path:
        return b"", b""
    left, top, rest = 1 << ((second - 1).bit_length() - 1), path[-1], path[:-1]
    if first <= left:
        old, new = roots_of(first, left, rest, known)
        return old, joined(new, top)
    old, new = roots_of(first - left, second - left, rest, b"")
    return joined(top, old), joined(top, new)


def attached(content: bytes, purpose: str, say: Say) -> bytes:
    """What was signed for this, among the files that are attached to a PDF."""
    say("paper")
    for start in re.finditer(rb"stream\r?\n", content):
        header = content[max(0, start.start() - 2000) : start.start()].rpartition(b" obj")[2]
        body = content[start.end() : content.find(b"endstream", start.end())]
        if b"/EmbeddedFile" in header:
            unpacked = zlib.decompressobj().decompress(body) if b"/Flate" in header else body
            if f'"{purpose}"'.encode() in unpacked:
                return unpacked
    raise ValueError(f"no {purpose} is attached; ask for the JSON")


def opened(
    options: argparse.Namespace, purpose: str, keys: Keys, say: Say
) -> tuple[Any, dict[str, tuple[int, bytes]]]:
    """The document of a file, and size and root of each chain that it rests on."""
    (content,) = (Path(file).read_bytes() for file in options.files)
    is_paper = content[:5] == b"%PDF-"
    envelope = parsed(attached(content, purpose, say) if is_paper else content)
    document = document_of(envelope, purpose, keys)
    say("signed", envelope["key"])
    trees = {}
    for one in document["as_of"]:
        require_head(head := one["checkpoint"], keys)
        if [head[name] for name in HEAD[:3]] != [one["chain"], one["size"], one["root"]]:
            raise Fails("other", one["chain"])
        trees[one["chain"]] = one["size"], *hashes([one["root"]])
        say("root", one["chain"], one["size"])
    return document, trees


def sums(lines: Sequence[Mapping[str, Any]], by: str) -> Counter[str]:
    """Grams by one field."""
    found: Counter[str] = Counter()
    for line in lines:
        found[line[by]] += line["mass_g"]
    return found


def require_equal(name: str, said: object, found: object) -> None:
    if said != found:
        raise Fails("sum", name, said, found)


def check_certificate(options: argparse.Namespace, keys: Keys, say: Say) -> str:
    document, trees = opened(options, CERTIFICATE, keys, say)
    for one in document["entries"]:
        chain, _, seq = one["entry"].rpartition("#")
        size, root = trees.get(chain, (0, b""))
        (leaf,), path = hashes([one["hash"]]), hashes(one["path"])
        if not 1 <= int(seq) <= size or root_of(int(seq) - 1, size, leaf, path) != root:
            raise Fails("absent", one["entry"])
    proven = {one["entry"] for one in document["entries"]}
    for line in [*document["lines"], *document.get("items", [])]:
        if not {line["entry"], line.get("confirmation") or line["entry"]} <= proven:
            raise Fails("unproven", line["entry"])
    require_sums(document)
    say("stand", len(proven), len(document["lines"]))
    batches = sorted({line["batch"] for line in document["lines"]})
    if options.batch not in [None, *batches]:
        raise Fails("batch", ", ".join(batches), options.batch)
    say("later", document["verify_at"])
    said = (document["code"], document["kind"], document["issued_at"], *batches[:5])
    return ", ".join([*said, f"{document['totals']['mass_g']} g"])


def require_sums(document: Mapping[str, Any]) -> None:
    """Raise Fails unless every total of a certificate is that of its lines."""
    lines, totals = document["lines"], document["totals"]
    require_equal("mass_g", totals["mass_g"], sum(line["mass_g"] for line in lines))
    for quality in ("measured", "estimated"):
        require_equal(quality, totals[f"{quality}_g"], sums(lines, "quality")[quality])
    for name, by in (("streams", "stream"), ("batches", "batch"), ("destinations", "destination")):
        said = totals.get(name, sums(lines, by))
        require_equal(name, said, {**dict.fromkeys(said, 0), **sums(lines, by)})


def check_report(options: argparse.Namespace, keys: Keys, say: Say) -> str:
    document, trees = opened(options, REPORT, keys, say)
    said = document["figures"]
    stood = {f"site:{one['site']}": (one["seq"], *hashes([one["root"]])) for one in said["as_of"]}
    require_equal("as_of", sorted(stood.items()), sorted(trees.items()))
    streams = {name: one["mass_g"] for name, one in said["streams"].items()}
    sorted_g, end_g = sum(streams.values()), said.get("closing_g", said["held_g"])
    came_g = said["input_g"] + said.get("opening_g", 0)
    require_equal("input_g", came_g, sorted_g + said["loss_g"] + said["finds_g"] + end_g)
    require_equal("loss_g", said["loss_g"], sum(said["losses"].values()))
    to = sums(said["destinations"], "stream")
    require_equal("streams", streams, {name: to[name] for name in streams})
    shares = [one["permille"] for one in said["streams"].values()]
    if None not in shares:
        require_equal("permille", 1000, sum(shares))
    for rows in (document["months"], document["by_supplier"]):
        require_equal("input_g", said["input_g"], sum(row["input_g"] for row in rows))
    say("balance", len(said["figures"]))
    say("next", document["verify_at"])
    about = (document["supplier"] or document["issuer"])["code"]
    days = document["number"], about, said["from"], said["to"], document["issued_at"]
    return ", ".join([*days, f"{said['input_g']} g"])


def check_export(options: argparse.Namespace, keys: Keys, say: Say) -> str:
    content, beside = (Path(file).read_bytes() for file in options.files)
    meta = parsed(beside)
    document = document_of(meta.pop("signed", None), "stofstroom/export/1", keys)
    if meta != document or hashlib.sha256(content).hexdigest() != document["sha256"]:
        raise Fails("other", options.files[0])
    for head in document["checkpoints"]:
        require_head(head, keys)
        say("root", head["log"], head["size"])
    if document["format"] in ("csv", "jsonl"):
        rows, is_csv = io.StringIO(content.decode(), newline=""), document["format"] == "csv"
        lines = list(csv.DictReader(rows) if is_csv else map(json.loads, rows))
        require_equal("rows", document["rows"], len(lines))
        if document["dataset"] in ("movements", "batches"):
            require_equal("mass_g", document["mass_g"], sum(int(line["mass_g"]) for line in lines))
    return f"{document['dataset']}, {document['from']}, {document['to']}, {document['mass_g']} g"


def check_checkpoint(options: argparse.Namespace, keys: Keys, say: Say) -> str:
    old, new, *proofs = (parsed(Path(file).read_bytes()) for file in options.files)
    newer = {(head["log"], head["size"]): head for head in new}
    ways = {(way["chain"], way["from"]): way for way in proofs}
    for head in [*old, *new]:
        require_head(head, keys)
    for head in old:
        way = ways.get(name := (head["log"], head["size"]), {})
        end = newer.get((head["log"], way.get("to")), head)
        if way.get("to") != end["size"] or head["size"] > end["size"]:
            raise Fails("no_way", *name)
        known, root = hashes([head["root"], end["root"]])
        if (known, root) != roots_of(head["size"], end["size"], hashes(way["path"]), known):
            raise Fails("rewritten", *name)
        say("same", *name, end["size"])
    return ", ".join(sorted({head["log"] for head in old}))


CHECKS = check_certificate, check_report, check_export, check_checkpoint


def main(arguments: Sequence[str] | None = None) -> int:
    about = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=about)
    checks = {one.__name__[6:]: one for one in CHECKS}
    parser.add_argument("what", choices=list(checks))
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--key", action="append", required=True)
    parser.add_argument("--changes", metavar="FILE")
    parser.add_argument("--batch", metavar="CODE")
    parser.add_argument("--lang", choices=("en", "nl"), default="en")
    options = parser.parse_args(arguments)
    words = {word: both for word, *both in (line.split(" | ") for line in WORDS.splitlines())}

    def worded(word: str, *gaps: object) -> str:
        text = words[word][options.lang == "nl"].format(*gaps)
        return "".join(sign if sign.isprintable() else "?" for sign in text)

    def say(word: str, *gaps: object) -> None:
        print(f"  {worded(word, *gaps)}")  # noqa: T201

    try:
        said, code = worded("holds", checks[options.what](options, keys_of(options), say)), 0
    except Fails as error:
        said, code = worded("fails", worded(*error.args)), 1
    except UNREADABLE as error:
        said, code = worded("cannot", f"{type(error).__name__} {error}"), 2
    print(said)  # noqa: T201
    return code


if __name__ == "__main__":
    raise SystemExit(main())
