package queue

import "sync"

// Queue hands out jobs in the order in which they were added.
type Queue struct {
	mu      sync.Mutex
	waiting []Job
	running map[string]Job
}

// Add puts a job at the end.
func (q *Queue) Add(job Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, job)
}

// Next takes the oldest job, if one waits.
func (q *Queue) Next() (Job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return Job{}, false
	}
	job := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.running[job.ID] = job
	return job, true
}

// Done forgets a job that ran.
func (q *Queue) Done(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.running, id)
}
