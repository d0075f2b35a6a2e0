export function start(port: number): Server {
  const server = createServer(handle);
  server.on("error", console.error);
  server.listen(port);
  return server;
}

export function stop(server: Server): void {
  server.on("error", console.error);
  server.close();
}
