export function start(port: number): Server {
  const server = createServer(handle);
  server.on("error", report);
  server.listen(port, "127.0.0.1");
  return server;
}

export function stop(server: Server): void {
  server.on("error", report);
  server.close(() => report("closed"));
}
