/**
 * A lock between processes of one machine: a folder that holds its owner's identity. It is moved into place with
 * everything in it, so nobody ever sees one without an owner; and the lock of a process that died is broken.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 200;
const ALREADY_THERE = ["ENOTEMPTY", "EEXIST"];

/** A process id may be given to another process after its end; together with the start time (Linux) it may not. */
const identityOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, second, may hold spaces and parentheses; the start time is field 22 (proc_pid_stat(5)).
    const afterName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${pid} ${afterName[19]}`;
  } catch {
    return `${pid}`;
  }
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

const ownerOf = (lock) => {
  try {
    return readFileSync(join(lock, "owner"), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
};

const tryLock = (lock) => {
  const made = mkdtempSync(`${lock}.`);
  try {
    writeFileSync(join(made, "owner"), identityOf(process.pid));
    renameSync(made, lock);
    return true;
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (ALREADY_THERE.includes(error.code)) return false;
    throw error;
  }
};

/** A folder is removed in steps, a move is one: nobody may find the lock half gone and take the rest for theirs. */
const moveAside = (lock) => {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
    return aside;
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
};

/** Should another process have been faster, and hold a lock of its own by now, that one is put back. */
const breakLock = (lock, deadOwner) => {
  const aside = moveAside(lock);
  if (aside === null) return;
  if (ownerOf(aside) === deadOwner) rmSync(aside, { recursive: true });
  else renameSync(aside, lock);
};

const unlock = (lock) => {
  const aside = moveAside(lock);
  if (aside !== null) rmSync(aside, { recursive: true });
};

/**
 * Runs `work` while this process alone has the lock. `onWait` is told, once, the process that is waited for.
 * Throws when it takes longer than `timeout_ms` to get the lock.
 */
export const withLock = async (lock, timeout_ms, onWait, work) => {
  const deadline = Date.now() + timeout_ms;
  let told = false;
  while (!tryLock(lock)) {
    const owner = ownerOf(lock) ?? "";
    const pid = Number.parseInt(owner, 10);
    if (Date.now() > deadline) {
      throw new Error(`waited too long for process ${pid}; end it, or remove ${lock}, and try again`);
    }
    if (pid > 0 && isAlive(pid) && identityOf(pid) === owner) {
      if (!told) onWait(pid);
      told = true;
    } else if (owner !== "") {
      breakLock(lock, owner);
      continue;
    }
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    unlock(lock);
  }
};
