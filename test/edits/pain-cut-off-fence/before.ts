export function start(port: number): Server {
  const server = createServer(handle);
  server.on("error", report);
  server.listen(port);
  return server;
}

export function stop(server: Server): void {
  server.on("error", report);
  server.close();
}
