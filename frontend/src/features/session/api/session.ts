import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import type { Body } from "@/shared/api/types";
import { changePerson } from "@/shared/session/me";

export type Credentials = Body<"/api/v1/auth/login/", "post">;

export function useLogin() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => answer(api.POST("/api/v1/auth/login/", { body: credentials })),
    onSuccess: ({ user }) => changePerson(queryClient, user),
  });
}

export function useLogout() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await answer(api.POST("/api/v1/auth/logout/"));
    },
    onSuccess: () => {
      sessionStorage.clear();
      changePerson(queryClient, null);
    },
  });
}
