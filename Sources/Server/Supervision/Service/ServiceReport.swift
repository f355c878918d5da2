/// Tells systemd how the server is, for as long as it runs.
struct ServiceReport: Sendable {
    private let service: ServiceNotifier
    private let attendance: Attendance
    private let patience: Duration

    /// - Parameter patience: after how long the server counts as started though a device is still being looked for.
    init(to service: ServiceNotifier, on attendance: Attendance, patience: Duration = .seconds(30)) {
        (self.service, self.attendance, self.patience) = (service, attendance, patience)
    }

    /// Reports until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await tellChanges() }
            group.addTask { await showLife() }
            group.addTask {
                try? await Task.sleep(for: patience)
                attendance.endWait()
            }
        }
    }

    func tellEnd() { service.tell("STOPPING=1", "STATUS=shutting down, light sources first") }

    private func tellChanges() async {
        var isReady = false
        for await _ in attendance.changes {
            service.tell("STATUS=\(attendance.summary)")
            while !isReady, attendance.isSettled, !Task.isCancelled {
                isReady = service.tell("READY=1")
                // Without it systemd would end the server, so it is told again when its queue was full.
                if !isReady { try? await Task.sleep(for: .milliseconds(100)) }
            }
        }
    }

    /// Runs among the tasks that keep the workers, so that it ends with them should they come to a standstill.
    private func showLife() async {
        guard let limit = service.watchdogLimit else { return }
        while !Task.isCancelled {
            service.tell("WATCHDOG=1")
            try? await Task.sleep(for: limit / 2)
        }
    }
}
