// Reads the QR code of a ticket with the tablet's camera. Pictures stay in this page, and are looked at by the
// library in app/static/js/qr (THIRD_PARTY.md), which is loaded when the camera is first used.

const WIDTH = 480; // px of the pictures that are looked at: enough for a ticket held before the camera
const PAUSE = 120; // ms between them

/** Show the camera in `video` until a code is read or `stop` is called. Raises what the browser raises. */
export async function scan(video, library) {
  const { decodeQR } = await import(library);
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let timer = 0;
  let finish = () => {};
  const stop = () => {
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    finish("");
  };
  video.srcObject = stream;
  await video.play();
  const code = new Promise((resolve) => {
    finish = resolve;
    const look = () => {
      const text = read(video, canvas, context, decodeQR);
      if (text) resolve(text);
      else timer = setTimeout(look, PAUSE);
    };
    look();
  });
  return { stop, code };
}

function read(video, canvas, context, decodeQR) {
  if (!video.videoWidth) return "";
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    return ""; // no code in this picture
  }
}
