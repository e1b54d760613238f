import { Group, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { SearchInput } from "@/shared/ui/search-input";
import { categoriesQuery } from "../api/tickets";

/** Search and category, both kept in the address. */
export function TicketFilters() {
  const [params, setParams] = useSearchParams();
  const categories = useQuery(categoriesQuery);
  const set = (key: string, value: string) =>
    setParams(
      (present) => {
        if (value) present.set(key, value);
        else present.delete(key);
        return present;
      },
      { replace: true },
    );
  return (
    <Group gap="sm" wrap="nowrap">
      <SearchInput label="Search tickets" value={params.get("q") ?? ""} onChange={(value) => set("q", value)} />
      <NativeSelect
        aria-label="Category"
        data={[{ value: "", label: "All categories" }, ...(categories.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))]}
        value={params.get("category") ?? ""}
        onChange={(event) => set("category", event.currentTarget.value)}
      />
    </Group>
  );
}
