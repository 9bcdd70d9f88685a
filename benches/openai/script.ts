/** What the model server answers: the same text, whole or in chunks, as the request wants it. */
import { chat } from "../../__tests__/support/model-server/chat.js";
import { Dice, prose } from "../support/text.js";
import { CHUNKS } from "./workloads.js";

/** What is not text: the role, the end, and the usage. */
const OTHER_CHUNKS = 3;

/** About a token. */
const PIECE_CHARACTERS = 5;

const text = prose(new Dice(CHUNKS), (CHUNKS - OTHER_CHUNKS) * PIECE_CHARACTERS);

export default chat.text(text, { pieceLength: PIECE_CHARACTERS });
