// A recording on a story's page: its place is kept, and chapters jump within it. Both work without this file, less well.
"use strict";

const EVERY_S = 10;
const csrf = document.getElementById("acts").elements.csrf.value;

function keep(player) {
  const at = Math.floor(player.currentTime);
  if (at === player.kept) return;
  player.kept = at;
  const body = new URLSearchParams({ csrf, seconds: at });
  fetch(player.dataset.position, { method: "POST", body, keepalive: true }).catch(() => {});
}

for (const player of document.querySelectorAll("[data-position]")) {
  player.kept = 0;
  player.addEventListener("timeupdate", () => {
    if (!player.paused && Math.abs(player.currentTime - player.kept) >= EVERY_S) keep(player);
  });
  player.addEventListener("pause", () => keep(player));
  addEventListener("pagehide", () => {
    if (player.kept || player.currentTime) keep(player);
  });
  for (const link of player.closest(".player").querySelectorAll("[data-at]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const jump = () => (player.currentTime = Number(link.dataset.at));
      if (player.readyState) jump();
      else player.addEventListener("loadedmetadata", jump, { once: true });
      player.play();
    });
  }
}
