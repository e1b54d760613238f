import { ProblemError, problemOf } from "@/shared/api/problem";
import type { Attachment } from "@/shared/api/types";
import { mayRetry } from "@/shared/session/authorized-fetch";
import { csrfToken } from "@/shared/session/cookies";

type Upload = { file: File; signal: AbortSignal; onProgress: (share: number) => void };
type Reply = { status: number; body: unknown };

/** Sends one file. XMLHttpRequest, because fetch does not tell how much of a body has left. */
export async function uploadFile(upload: Upload): Promise<Attachment> {
  const sentAt = Date.now();
  let reply = await post(upload);
  if (reply.status === 401 && (await mayRetry(codeOf(reply.body), sentAt))) reply = await post(upload);
  if (reply.status !== 201) throw reply.status === 413 ? tooLarge() : problemOf(reply.status, reply.body);
  return reply.body as Attachment;
}

function post({ file, signal, onProgress }: Upload): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/attachments/");
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => resolve({ status: request.status, body: parse(request.responseText) }));
    request.addEventListener("error", () => reject(new TypeError("The connection broke")));
    request.addEventListener("abort", () => reject(new DOMException("Cancelled", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function codeOf(body: unknown): string {
  return (body as { code?: string } | null)?.code ?? "not_authenticated";
}

function tooLarge(): ProblemError {
  return new ProblemError(413, "too_large", "This file is too large");
}
