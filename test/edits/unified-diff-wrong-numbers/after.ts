export function start(port: number): Server {
  const server = createServer(handle);
  server.on("error", report);
  server.listen(port, () => {
    report("listening");
  });
  return server;
}

export function stop(server: Server): void {
  report("stopping");
  server.on("error", report);
  server.close();
}
