// Seals one ballot, in a Web Worker of the voter's own browser: ranks in, a ballot that nobody can read out.
//
// This file is all the cryptography of the booth. It is a classic worker script without imports, so that one
// address with one hash is the whole program. It stores nothing and sends nothing anywhere but to its page.
// seal.js talks to it; the messages are described at the end.
//
// Source: Belenios specification, Version 2.0; the section stands at each part. The profile is that of
// voting/sealing/: group RFC-3526-2048, one question that is ranked, 1 to 254 options.
//
// Why no tables of powers: one ballot takes four powers of g, which is two and costs squarings only, and one
// of the election's key. Tables pay from several ballots on; a voter seals one.
// BigInt takes a time that depends on the numbers. Whoever could measure that on the voter's device could as
// well read the screen.

"use strict";

/** Why nothing is sealed: `reason` is one word that stands for a text; `facts` say where, and hold no secret. */
class Refused extends Error {
  constructor(reason, facts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }
}

// -- the group (section 5.2): the squares modulo the 2048-bit safe prime of RFC 3526, section 3

const P = BigInt("0x" + `
  FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74
  020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437
  4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
  EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05
  98DA4836 1C55D39A 69163FA8 FD24CF5F 83655D23 DCA3AD96 1C62F356 208552BB
  9ED52907 7096966D 670C354E 4ABC9804 F1746C08 CA18217C 32905E46 2E36CE3B
  E39E772C 180E8603 9B2783A2 EC07A28F B5C55DF0 6F4C52C9 DE2BCBF6 95581718
  3995497C EA956AE5 15D22618 98FA0510 15728E5A 8AACAA68 FFFFFFFF FFFFFFFF`.replace(/\s/g, ""));
const Q = (P - 1n) / 2n; // the order; it has 2047 bits
const GROUP = "RFC-3526-2048";
const DIGITS = 617; // of the longest number below P

/** 1 times the base, to an exponent that is read in digits of five bits: `multiply` brings in one digit. */
function climb(exponent, multiply) {
  let product = 1n;
  for (const digit of exponent.toString(32)) {
    for (let bit = 0; bit < 5; bit++) product = product * product % P;
    product = multiply(product, parseInt(digit, 32));
  }
  return product;
}

/** base to the exponent, modulo P. */
function power(base, exponent) {
  const powers = [1n];
  while (powers.length < 32) powers.push(powers[powers.length - 1] * base % P);
  return climb(exponent, (product, digit) => product * powers[digit] % P);
}

/** g to the exponent. As g is 2, multiplying by a power of it is a shift. */
function powerOfG(exponent) {
  return climb(exponent, (product, digit) => (product << BigInt(digit)) % P);
}

/** Whether a number below P is a square: its Jacobi symbol is 1. */
function isElement(number) {
  let [top, bottom, sign] = [number, P, 1];
  while (top > 0n) {
    let twos = 0;
    while ((top & 1n) === 0n) { top >>= 1n; twos++; }
    const rest = bottom & 7n;
    if (twos % 2 === 1 && (rest === 3n || rest === 5n)) sign = -sign;
    if ((top & 3n) === 3n && (bottom & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return bottom === 1n && sign === 1;
}

// -- bytes, hashes, randomness: all by the browser's WebCrypto

const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)));

/** Bytes as a big-endian number. */
function toNumber(bytes) {
  return BigInt("0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}

/** Base 64 without padding. */
function base64(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

/** A fresh uniform number below Q: 2047 random bits, drawn again in the rare case that they are too many. */
function randomScalar() {
  const bytes = new Uint8Array(256);
  for (;;) {
    crypto.getRandomValues(bytes);
    bytes[0] &= 0x7f;
    const number = toNumber(bytes);
    bytes.fill(0);
    if (number < Q) return number;
  }
}

// -- the election (sections 4.9.2, 4.10 and 4.15)

const BASE_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const UUID = new RegExp(`^[${BASE_58}]{14,64}$`);
const MAX_OPTIONS = 254; // with the padding 255 bytes, the most that stay below P

/**
 * The election of a text: {uuid, fingerprint, key, options}. White space around the text does not count.
 * The fingerprint is over the text, so nothing but its one written form is taken: compact, fields in order.
 */
async function readElection(text) {
  const raw = String(text).trim();
  let given;
  try {
    given = JSON.parse(raw);
  } catch {
    throw new Refused("json_malformed");
  }
  if (JSON.stringify(inOrder(given)) !== raw) throw new Refused("json_not_canonical");
  if (given.version !== 1) throw new Refused("election_version");
  if (given.group !== GROUP) throw new Refused("election_group");
  if (!UUID.test(given.uuid)) throw new Refused("election_uuid");
  const options = countOptions(given.questions);
  return { uuid: given.uuid, fingerprint: base64(await sha256(raw)), key: readKey(given.public_key), options };
}

/** The same election with exactly the fields of the specification, in its order. */
function inOrder(given) {
  try {
    const questions = given.questions.map(({ type, value: { answers, question } }) => ({
      type,
      value: { answers: answers.map(String), question },
    }));
    const { version, description, name, group, public_key, uuid, administrator, credential_authority } = given;
    return { version, description, name, group, public_key, questions, uuid, administrator, credential_authority };
  } catch {
    throw new Refused("election_questions"); // not ranked, or no election at all
  }
}

/** How many options the one question ranks. */
function countOptions(questions) {
  const options = questions.length === 1 && questions[0].type === "NonHomomorphic" ? questions[0].value.answers.length : 0;
  if (options < 1 || options > MAX_OPTIONS) throw new Refused("election_questions");
  return options;
}

/** The election's key y: an element other than the identity, under which nothing would be hidden. */
function readKey(text) {
  const isNumber = typeof text === "string" && /^[1-9][0-9]*$/.test(text) && text.length <= DIGITS;
  const key = isNumber ? BigInt(text) : 0n;
  if (key <= 1n || key >= P || !isElement(key)) throw new Refused("election_key");
  return key;
}

// -- the private code (section 4.8)

const CODE_LENGTH = 15; // characters, the last one a check
const ITERATIONS = 1000; // of PBKDF2; the code itself has 82 random bits

/** A code as people type it, in its written form xxx-xxx-xxx-xxx-xxx; upper and lower case differ. */
function normaliseCode(typed) {
  const plain = String(typed).replace(/[\s\u2010-\u2013\u2212-]/g, "");
  const digits = Array.from(plain, (character) => BASE_58.indexOf(character));
  if (plain.length !== CODE_LENGTH || digits.includes(-1)) throw new Refused("code_malformed");
  const number = digits.slice(0, -1).reduce((sum, digit) => sum * 58n + BigInt(digit), 0n);
  if (BigInt(digits[CODE_LENGTH - 1]) !== 53n - number % 53n) throw new Refused("code_malformed");
  return plain.match(/.{3}/g).join("-");
}

/** secret(c): 256 bits, salted with the election's uuid, so that credentials of two elections cannot be joined. */
async function secretExponent(code, uuid) {
  const password = await crypto.subtle.importKey("raw", utf8(code), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8(uuid), iterations: ITERATIONS };
  return toNumber(new Uint8Array(await crypto.subtle.deriveBits(how, password, 256))) % Q;
}

// -- the ranks (section 4.11.2)

/**
 * Refuse what is no ranking: one whole number an option; 0 for "not ranked", and 1, 2, 3 ... once each.
 * All 0 is a blank ballot.
 */
function checkRanks(ranks, options) {
  if (!Array.isArray(ranks) || ranks.length !== options) throw new Refused("ranks_count", { wanted: options });
  const ranked = new Set();
  for (const [index, rank] of ranks.entries()) {
    if (!Number.isInteger(rank) || rank < 0 || rank > options) throw new Refused("ranks_range", { option: index + 1 });
    if (ranked.has(rank)) throw new Refused("ranks_repeated", { rank });
    if (rank > 0) ranked.add(rank);
  }
  for (let rank = 1; rank <= ranked.size; rank++) {
    if (!ranked.has(rank)) throw new Refused("ranks_gap", { rank });
  }
}

/** The ranks as one element: a byte each, then a byte of padding that makes the number a square. */
function encodeRanks(ranks) {
  let element = toNumber(ranks) << 8n;
  while (!isElement(element)) element++; // half of all numbers are squares: 256 misses in a row do not happen
  return element;
}

// -- proofs and signatures (sections 4.11.2 and 4.14): knowing the logarithm of a public element

/** A proof, bound to `text`, of knowing `secret`. Its nonce is drawn here and never leaves this function. */
async function prove(text, secret) {
  const nonce = randomScalar();
  const challenge = toNumber(await sha256(`${text}|${powerOfG(nonce)}`)) % Q;
  const response = (nonce - secret * challenge % Q + Q) % Q;
  return { challenge: String(challenge), response: String(response) };
}

// -- the check code: the first 60 bits of the tracker in Crockford's base 32, three groups of four

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function checkCode(hash) {
  const bits = toNumber(hash.slice(0, 8)) >> 4n;
  const letters = Array.from({ length: 12 }, (_, place) => CROCKFORD[Number(bits >> BigInt(55 - 5 * place) & 31n)]);
  return letters.join("").match(/.{4}/g).join("-");
}

// -- the ballot (sections 4.11.2, 4.14 and 4.15)

const STEPS = 5; // of about the same length: the powers

/**
 * {ballot, tracker, checkCode} for `ranks`, one an option in the election's order.
 * The ballot is text whose every byte counts: send it as it is. `onStep(done)` is called STEPS times.
 */
async function sealBallot(electionText, typedCode, ranks, onStep) {
  const election = await readElection(electionText);
  checkRanks(ranks, election.options);
  const secret = await secretExponent(normaliseCode(typedCode), election.uuid);
  const credential = powerOfG(secret);
  onStep(1);

  const random = randomScalar();
  const alpha = powerOfG(random);
  onStep(2);
  const beta = power(election.key, random) * encodeRanks(ranks) % P;
  onStep(3);
  const statement = `raweg|${election.fingerprint}|${credential}|${election.key},${alpha},${beta}`;
  const proof = await prove(statement, random);
  onStep(4);

  const unsigned = { // the order of the fields is the specification's
    election_uuid: election.uuid,
    election_hash: election.fingerprint,
    credential: String(credential),
    answers: [{ choices: { alpha: String(alpha), beta: String(beta) }, proof }],
  };
  const hash = base64(await sha256(JSON.stringify(unsigned)));
  const signature = { hash, proof: await prove(`sig|${hash}`, secret) };
  const ballot = JSON.stringify({ ...unsigned, signature });
  const seen = await sha256(ballot);
  onStep(5);
  return { ballot, tracker: base64(seen), checkCode: checkCode(seen) };
}

// -- the worker's messages. In: {election, credential, ranks}, once.
//    Out: {progress} from 0 to 1 several times; then {sealed} or {refused: {reason, facts}}.

async function answer({ data: { election, credential, ranks } }) {
  try {
    const sealed = await sealBallot(election, credential, ranks, (done) => postMessage({ progress: done / STEPS }));
    postMessage({ sealed });
  } catch (problem) {
    const { reason = "sealing_failed", facts = { problem: String(problem) } } = problem;
    postMessage({ refused: { reason, facts } });
  }
}

if (typeof document === "undefined") addEventListener("message", answer);
