// Passkeys (WebAuthn level 3): a form with data-passkey is sent with the authenticator's answer in it.
"use strict";

const able = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

async function ask(form) {
  const fields = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const told = await fetch(form.dataset.challenge, { method: "POST", body: fields, redirect: "error" });
  if (!told.ok) throw new Error(told.status);
  const options = await told.json();
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !able;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const fault = form.querySelector("[data-fault]");
    button.disabled = true;
    fault.hidden = true;
    try {
      form.elements.answer.value = JSON.stringify(await ask(form));
      form.submit();
    } catch (error) {
      if (error.message === "403") { form.submit(); return; } // the server says what is to be done first
      fault.hidden = false;
      button.disabled = false;
    }
  });
}
for (const part of document.querySelectorAll("[data-with-passkey]")) part.hidden = !able;
if (!able) for (const button of document.querySelectorAll("[data-primary-without-passkey]")) button.classList.add("primary");
for (const field of document.querySelectorAll("[data-zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
