internal import Server

extension Doctor {
    /// The ports of the configuration at which another program listens.
    var occupiedPorts: [Finding] {
        let byPort = Dictionary(grouping: wanted.filter { $0.port != nil }) { $0.port ?? 0 }
        guard !byPort.isEmpty else { return [] }
        let (listeners, holders) = (machine.listeners, Holders(machine))
        return byPort.sorted { $0.key < $1.key }.compactMap { port, devices in
            guard let sockets = listeners[port] else { return nil }
            let found = sockets.flatMap { holders.of("socket:[\($0)]") }
            let isOurs = found.contains { holder in
                inventory.served.contains { served in
                    served.pid == holder.pid && devices.contains { $0.name == served.name }
                }
            }
            return isOurs ? nil : occupied(port, by: found.first, wanted: devices.map(\.name))
        }
    }

    private func occupied(_ port: Int, by holder: Holder?, wanted names: [String]) -> Finding {
        let user = holder.map { "\($0)" } ?? "a program of another user's"
        let command =
            switch holder {
            case nil: "sudo ss -ltnp 'sport = :\(port)'"
            case let holder? where holder.isWorker: "# end the server that it belongs to, or take another port"
            case let holder?: Self.ending(holder)
            }
        return Finding(.problem, .use, "port \(port)", "\(names.joined(separator: ", ")): in use by \(user)", command)
    }
}

extension Machine {
    /// The sockets, by the numbers of their inodes, that listen at each TCP port.
    fileprivate var listeners: [Int: [String]] {
        let lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { self.lines($0).dropFirst() }
        return lines.reduce(into: [:]) { listeners, line in
            // `0: 0100007F:1F41 00000000:0000 0A …`: address and port in hexadecimal, the other end's, and the state,
            // which is 0A for those that listen; the inode comes tenth.
            let words = line.split(separator: " ")
            guard words.count > 9, words[3] == "0A", let text = words[1].split(separator: ":").last,
                let port = Int(text, radix: 16)
            else { return }
            listeners[port, default: []].append(String(words[9]))
        }
    }
}
