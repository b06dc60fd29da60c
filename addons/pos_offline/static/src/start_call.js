/**
 * The calls of a start that has a copy to go on with. None is waited for longer than a moment, and none is made after one
 * that was not answered: a start does not add up their limits.
 */
import { ConnectionLostError } from "@web/core/network/rpc";
import { TookTooLong, within } from "@pos_offline/time_limit";

const CALL_LIMIT = 4000;

let isSilent = false;

/** Makes a call; rejects with ConnectionLostError when the server does not answer it in time. */
export async function startCall(call) {
    if (isSilent) {
        throw new ConnectionLostError();
    }
    try {
        return await within(CALL_LIMIT, call(), "");
    } catch (error) {
        if (error instanceof TookTooLong || error instanceof ConnectionLostError) {
            isSilent = true;
            throw new ConnectionLostError();
        }
        throw error;
    }
}
