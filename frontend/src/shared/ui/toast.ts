import { notifications } from "@mantine/notifications";
import { isOvertaken, messageOf } from "@/shared/api/problem";

const looks = { withBorder: true, closeButtonProps: { "aria-label": "Close" } };

export function toastDone(message: string): void {
  notifications.show({ message, color: "green", ...looks });
}

export function toastProblem(error: unknown): void {
  notifications.show({ title: isOvertaken(error) ? "Somebody was faster" : undefined, message: messageOf(error), color: "red", ...looks });
}
