import { Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { IconKeyboard, IconLogout } from "@tabler/icons-react";
import { useLogout } from "@/features/session/api/session";
import { useMe } from "@/shared/session/me";
import { useShortcutsEnabled } from "@/shared/shortcuts/shortcuts";
import { PersonAvatar } from "@/shared/ui/person-avatar";
import { toastProblem } from "@/shared/ui/toast";
import { openShortcutSheet } from "./shortcut-sheet";
import classes from "./user-menu.module.css";

export function UserMenu() {
  const me = useMe();
  const logout = useLogout();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [shortcuts, setShortcuts] = useShortcutsEnabled();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.target}>
          <PersonAvatar name={me.name} size={30} />
          <span className={classes.name} aria-hidden>
            {me.name}
          </span>
          <VisuallyHidden>{me.name}: menu</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>{me.name}</strong>
          <span>{me.email}</span>
          <span>{me.roles.map((role) => role.name).join(", ")}</span>
        </div>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as "auto" | "light" | "dark")}>
          <Menu.RadioItem value="auto">As the system</Menu.RadioItem>
          <Menu.RadioItem value="light">Light</Menu.RadioItem>
          <Menu.RadioItem value="dark">Dark</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.CheckboxItem checked={shortcuts} onChange={setShortcuts}>
          Keyboard shortcuts
        </Menu.CheckboxItem>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={openShortcutSheet}>
          Show the shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => logout.mutate(undefined, { onError: toastProblem })}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
