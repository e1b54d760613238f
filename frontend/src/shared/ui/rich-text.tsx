import { Typography } from "@mantine/core";
import classes from "./rich-text.module.css";

/** HTML that the server made out of Markdown and cleaned. */
export function RichText({ html }: { html: string }) {
  return (
    <Typography className={classes.text}>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </Typography>
  );
}
