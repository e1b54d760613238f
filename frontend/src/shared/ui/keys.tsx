import { Kbd } from "@mantine/core";
import { Fragment } from "react";

/** "g m" as two keys. */
export function Keys({ keys }: { keys: string }) {
  return (
    <>
      {keys.split(" ").map((key, index) => (
        <Fragment key={key}>
          {index > 0 && " "}
          <Kbd size="xs">{key}</Kbd>
        </Fragment>
      ))}
    </>
  );
}
