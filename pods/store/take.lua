-- Take an operation for one step: due, nobody else inside it, and the pod free or already ours.
-- KEYS: operation, lease, attempt, busy mark, due   ARGV: operation id, lease ms, now ms, ms to keep the attempt for
-- Answers {"none"} | {"later"} | {"held"} | {"behind", holder} | {"taken", attempt, record}
local record = redis.call('GET', KEYS[1])
if not record then return {'none'} end
local operation = cjson.decode(record)
if operation.state ~= 'accepted' then
  local at = redis.call('ZSCORE', KEYS[5], ARGV[1])
  if not at or tonumber(at) > tonumber(ARGV[3]) then return {'later'} end
end
if redis.call('EXISTS', KEYS[2]) == 1 then return {'held'} end
-- An ended one that is only looked after changes nothing, so it leaves the pod to others.
if not operation.ended_at or operation.ended_at == cjson.null then
  local holder = redis.call('GET', KEYS[4])
  if holder and holder ~= ARGV[1] then return {'behind', holder} end
  redis.call('SET', KEYS[4], ARGV[1])
end
local attempt = redis.call('INCR', KEYS[3])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('SET', KEYS[2], attempt, 'PX', ARGV[2])
return {'taken', tostring(attempt), record}
