export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#3a5bc7" />
      <path
        d="M8 11.5A1.5 1.5 0 0 1 9.5 10h13a1.5 1.5 0 0 1 1.5 1.5v2.3a2.2 2.2 0 0 0 0 4.4v2.3a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 8 20.5v-2.3a2.2 2.2 0 0 0 0-4.4z"
        fill="#fff"
      />
      <path d="M19 12.2v1.6M19 15.2v1.6M19 18.2v1.6" stroke="#3a5bc7" strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}
